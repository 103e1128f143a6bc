"""HTTP beside the screens, on the same port: /healthz and /api/v1/predict, and the guard in front of both."""
