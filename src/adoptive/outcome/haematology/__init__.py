"""Blood counts and risk scores: ICAHT, CAR-HEMATOTOX, EASIX, IEC-HS, HScore, tumour lysis, B cells; usable alone."""
