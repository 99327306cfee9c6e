"""A local page that shows the system which `harness up` keeps, live, with buttons that break it."""
