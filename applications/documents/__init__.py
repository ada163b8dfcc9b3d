"""What leaves the house on paper: official documents (`kinds`) and the printed application and receipt (`printing`)."""

from applications.documents.kinds import CORRECTION, REFUSAL, correction_context, due_text, refusal_context

__all__ = ["CORRECTION", "REFUSAL", "correction_context", "due_text", "refusal_context"]
