"""What the API answers with, as far as the pages show it. Fields that a newer API adds are passed over."""
