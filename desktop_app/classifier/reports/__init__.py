"""What was measured or trained, as pages and pictures: SVG, PNG, HTML, JSON."""
