"""The platform's side: JSON over keys, described by an OpenAPI document made from the views themselves."""
