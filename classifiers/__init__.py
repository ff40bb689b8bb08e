"""What does this text mean? Text in, Verdict out; runs offline."""
