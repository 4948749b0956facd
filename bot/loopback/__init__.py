"""A Discord on a local wire and a phone that keeps its texts: for the tour, fault tests and the bench."""
