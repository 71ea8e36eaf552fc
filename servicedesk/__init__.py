"""An internal IT service desk that learns from each resolved incident which article helps."""
