"""Making the base encoder: published weights and vocabulary in, an Arabic/English encoder of the field out."""
