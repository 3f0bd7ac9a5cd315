"""The bundled text-aligned detector: network, losses, training, evaluation and export."""
