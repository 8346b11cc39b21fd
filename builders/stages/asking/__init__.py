"""Questions about scans, one module per type or family; `builders.stages.questions` puts them together."""
