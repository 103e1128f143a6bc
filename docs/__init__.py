"""What is generated for the documentation."""
