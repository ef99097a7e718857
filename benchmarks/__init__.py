"""Questions of speed, one script or folder per question."""
