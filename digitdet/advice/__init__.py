"""What input size, anchors, regions and loading fit a data set."""
