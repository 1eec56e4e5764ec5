"""The services of Casefold, one package each; none imports another, `ops` excepted."""
