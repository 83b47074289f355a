"""Labels to send something back with, where the order system makes none: bought, kept, and told as a link."""
