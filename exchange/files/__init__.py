"""Reading and writing the files people have: CSV, XLSX, BibTeX, JSON lines."""
