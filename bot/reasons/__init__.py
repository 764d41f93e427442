"""Why a person must come at once, whatever the model or the policy say: the words of each reason, per language."""
