"""Text messages: to proven numbers only, to whoever wants them, never at night, tried again, signed for the gateway."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from core import clock
from core.workflow import Refused
from notices import actions, queries, tasks, texting
from notices.models import Outgoing, PhoneProof, Preference
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db
EVENT, GROUP = "reviews.invite", "invitations"
SENT: list[tuple[str, str, str]] = []


class Fake:
    fails = False

    def send(self, number: str, text: str, key: str) -> str:
        if self.fails:
            raise texting.NotSent("away")
        SENT.append((number, text, key))
        return f"g-{key[:4]}"


@pytest.fixture
def texts(office, settings, monkeypatch):
    settings.SMS_BACKEND = f"{__name__}.Fake"
    SENT.clear()
    monkeypatch.setattr(Fake, "fails", False)
    type(office.wang.person).objects.filter(pk=office.wang.id).update(phone="13900001111")
    office.wang.person.phone = "13900001111"
    return office


def prove(office) -> None:
    PhoneProof.objects.update_or_create(person=office.wang.person, defaults={"phone": "13900001111", "proven_at": clock.now()})
    actions.choose_texts(office.wang, [GROUP])


def day(hour: int) -> datetime:
    today = clock.today() + timedelta(days=1)
    return datetime(today.year, today.month, today.day, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_code_sent_and_typed_back_opens_the_channel(texts, client):
    visitor, url = visit(client, texts.wang), reverse("notices:public:phone")
    visitor.post(url)
    tasks.send_outgoing()
    (number, text, _key), = SENT
    digits = "".join(char for char in text if char.isdecimal())[:6]
    assert number == "13900001111" and len(digits) == 6
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    assert visitor.post(url, {"code": wrong}).status_code == 422 and queries.proven_number(texts.wang.person) is None
    assert visitor.post(url, {"code": digits}).status_code == 302 and queries.proven_number(texts.wang.person) == number
    assert digits not in "".join(Outgoing.objects.values_list("subject", flat=True))
    page = visitor.get(reverse("notices:public:settings")).content.decode()
    assert 'name="texts"' in page and number in page


def test_five_wrong_codes_end_it_and_so_many_are_sent_in_an_hour(texts):
    actions.send_code(texts.wang)
    for _try in range(5):
        assert actions.prove_phone(texts.wang, "x") is False
    with pytest.raises(Refused, match="code|验证码"):
        actions.prove_phone(texts.wang, "x")
    for _try in range(4):
        actions.send_code(texts.wang)
    with pytest.raises(Refused, match="5"):
        actions.send_code(texts.wang)


def test_only_who_wants_it_on_a_proven_number_of_today(texts):
    actions.tell([texts.wang.person], EVENT, "请评审")
    assert not Outgoing.objects.exists()
    with pytest.raises(Refused):
        actions.choose_texts(texts.wang, [GROUP])
    prove(texts)
    actions.tell([texts.wang.person], EVENT, "请评审", link="/x/", dedupe="once")
    actions.tell([texts.wang.person], EVENT, "请评审", link="/x/", dedupe="once")
    actions.tell([texts.wang.person], "programs.need", "别的事")
    row = Outgoing.objects.get()
    assert row.address == "13900001111" and row.message.subject == "请评审"
    type(texts.wang.person).objects.filter(pk=texts.wang.id).update(phone="13900002222")
    actions.tell([texts.wang.person], EVENT, "请再评审")
    assert Outgoing.objects.count() == 1


def test_without_the_proof_the_new_number_would_get_it(texts, monkeypatch):
    """The negative control: the wish alone, whatever the number."""
    Preference.objects.create(person=texts.wang.person, group=GROUP, sms=True)
    monkeypatch.setattr(queries, "numbers_for", lambda group, people: {texts.wang.id: "13900002222"})
    actions.tell([texts.wang.person], EVENT, "请评审")
    assert Outgoing.objects.get().address == "13900002222"


def test_never_at_night_and_again_after_a_failure(texts, monkeypatch):
    prove(texts)
    with clock.shifted_to(day(23)):
        actions.tell([texts.wang.person], EVENT, "请评审", link="/x/")
        assert tasks.send_outgoing() == 0 and not SENT
    monkeypatch.setattr(Fake, "fails", True)
    with clock.shifted_to(day(23) + timedelta(hours=9)):
        assert tasks.send_outgoing() == 1
        row = Outgoing.objects.get()
        assert (row.state, row.tries) == ("WAITING", 1) and "away" in row.error
    monkeypatch.setattr(Fake, "fails", False)
    with clock.shifted_to(day(23) + timedelta(hours=10)):
        tasks.send_outgoing()
    row.refresh_from_db()
    assert (row.state, row.proof, len(SENT)) == ("SENT", f"g-{str(row.uid)[:4]}", 1) and SENT[0][1].endswith("/x/")


def test_a_letter_that_no_mail_can_hold_keeps_nobody_waiting(office, mailoutbox):
    """A line break in a title is joined; an address that is none fails by itself, and what stands behind it goes."""
    actions.write_to("a@b.example\nBcc: c@d.example", "x", lambda: "请您参加", lambda: "正文", "/x/", dedupe="1")
    actions.write_to("good@b.example", "x", lambda: "两行\n标题", lambda: "正文", "/x/", dedupe="2")
    tasks.send_outgoing()
    assert [row.state for row in Outgoing.objects.order_by("pk")] == ["WAITING", "SENT"]
    assert [mail.to for mail in mailoutbox] == [["good@b.example"]] and mailoutbox[0].subject.endswith("两行 标题")


def test_without_a_sender_there_is_no_channel(office, client):
    visitor = visit(client, office.wang)
    url = reverse("notices:public:phone")
    assert "未开通短信" in visitor.get(url).content.decode() and visitor.post(url).status_code in (302, 409, 422) and not Outgoing.objects.exists()
    assert 'name="texts"' not in visitor.get(reverse("notices:public:settings")).content.decode()
    Preference.objects.create(person=office.wang.person, group=GROUP, sms=True)
    actions.tell([office.wang.person], EVENT, "请评审")
    assert not Outgoing.objects.exists()


def test_the_gateway_is_asked_with_a_signature_and_nowhere_else(settings):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, body, dict(self.headers)))
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "/caught")
            self.end_headers()
            if self.path != "/away":
                self.wfile.write(b'{"id": 77}')

        def log_message(self, *given):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = {"SMS_GATEWAY_APP": "app", "SMS_GATEWAY_KEY": "secret", "SMS_SIGN": "科管"}
    try:
        settings.SMS_GATEWAY = {**base, "SMS_GATEWAY_URL": f"http://127.0.0.1:{server.server_port}/send"}
        assert texting.Gateway().send("139", "字", "k1") == "77"
        _path, body, headers = asked[0]
        assert json.loads(body) == {"key": "k1", "phone": "139", "text": "字", "sign": "科管"}
        expected = hmac.new(b"secret", headers["X-Time"].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["X-Signature"] == expected and headers["X-App"] == "app"
        settings.SMS_GATEWAY = {**base, "SMS_GATEWAY_URL": f"http://127.0.0.1:{server.server_port}/away"}
        with pytest.raises(texting.NotSent):
            texting.Gateway().send("139", "字", "k2")
        assert [one[0] for one in asked] == ["/send", "/away"]
        settings.SMS_GATEWAY = {**base, "SMS_GATEWAY_URL": "http://gateway.example/send"}
        with pytest.raises(texting.NotSent, match="https"):
            texting.Gateway().send("139", "字", "k3")
    finally:
        server.shutdown()
