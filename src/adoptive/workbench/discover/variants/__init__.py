"""What is read for neoantigens: variants, reports, proteins, other predictors' binding."""
