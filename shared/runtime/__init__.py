"""The only plumbing for Kafka, HTTP, telemetry and configuration."""
