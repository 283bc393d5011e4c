"""The embedded run's post office: takes every mail by SMTP, delivers none, and shows them on a page and as JSON."""
