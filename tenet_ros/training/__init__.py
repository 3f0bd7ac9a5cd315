"""How the bundled models are made; needs the extra ``train``."""
