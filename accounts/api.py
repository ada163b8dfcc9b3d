"""The own account for machines: who am I, what may I do, since when and until when."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries
from core.web.access import signed_in
from core.web.api import actor


class Me(APIView):
    question = staticmethod(signed_in)

    def get(self, request: Request) -> Response:
        who = actor(request)
        return Response({
            "uid": str(who.person.uid), "name": who.person.name, "name_en": who.person.name_en,
            "email": who.person.email, "phone": who.person.phone, "language": who.person.language,
            "roles": [
                {"role": row.role, "organisation": row.organisation.ref, "organisation_name": row.organisation.name,
                 "scope": row.scope, "since": row.since, "until": row.until}
                for row in queries.roles_in_force(who)
            ],
        })
