"""Input of the desks: boxes for fields defined by guides, forms for rows and decisions."""

from applications.forms.boxes import Box, boxes_of, error_list, paired, shown_boxes
from applications.forms.deputies import DeputyForm
from applications.forms.desk import (
    AcceptManyForm,
    AskCorrectionForm,
    AskManyForm,
    HandoverForm,
    InspectionForm,
    RefuseForm,
    RefuseManyForm,
    TrackForm,
    VerifyReceiptForm,
)
from applications.forms.rows import MemberForm, PartnerForm, StartForm
from applications.forms.together import SeatInviteForm, SeatRightsForm
from applications.forms.voices import VoiceForm

__all__ = [
    "AskCorrectionForm", "Box", "DeputyForm", "InspectionForm", "MemberForm", "PartnerForm", "RefuseForm", "SeatInviteForm", "SeatRightsForm",
    "StartForm", "TrackForm", "AcceptManyForm", "AskManyForm", "HandoverForm", "RefuseManyForm",
    "VerifyReceiptForm", "VoiceForm", "boxes_of", "error_list", "paired", "shown_boxes",
]
