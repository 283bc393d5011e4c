"""Elsewhere than embedded: what `docker-compose.yml` and `deploy/k8s/` are made of, from the same declarations."""
