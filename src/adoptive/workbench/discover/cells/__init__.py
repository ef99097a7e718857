"""Read single cells: receptor chains of 10x or AIRR tables, expression of HDF5, Matrix Market or h5ad files."""
