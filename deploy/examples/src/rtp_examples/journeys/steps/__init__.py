"""Parts that several journeys have in common, each from one stage of the process to the next."""
