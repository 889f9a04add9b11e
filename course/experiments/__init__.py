"""Long runs whose results a chapter reads."""
