"""The credit record of a business."""
