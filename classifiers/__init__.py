"""What does this text mean? Text in, Verdict out; runs offline."""

import os

# onnxruntime from 1.29 on reports every session that it opens to its maker, from the moment of its import, unless
# this stands there before. Nobody who runs Otklik was asked, and what brands are listened to is nobody's business.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
