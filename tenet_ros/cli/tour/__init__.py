"""The demonstration on the simulated tabletop: what is asked, played, heard, scored and drawn."""
