"""Pictures as PNG bytes: item analysis, formulas. They know the domain and the words, and nothing of Discord."""
