"""Scripts that make what ships with Earmark: samples, models, documents."""
