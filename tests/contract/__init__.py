"""The API held to its own OpenAPI document: every route, made-up requests, a generated client."""
