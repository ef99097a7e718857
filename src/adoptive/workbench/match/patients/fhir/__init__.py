"""FHIR R4 resources of one patient, a module for each sort."""
