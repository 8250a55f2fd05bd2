"""What the Rasa server loads."""

import os

# Since 1.29 onnxruntime's published Linux builds report every session to Microsoft, unless this is set before it is loaded;
# they also leave a device id in the home folder. Rasa has its own. Forced, not a default: nobody may switch them on.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
