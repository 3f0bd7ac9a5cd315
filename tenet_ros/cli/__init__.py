"""The command line ``tenet-ros``: one module per subcommand."""
