"""What is served is what is described, and every error is one of ours."""

import json
import re

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from changle.faces.api import urls
from changle.faces.api.views import organisations
from changle.faces.api.views.problems import KINDS
from changle.ground.accounts.models import User
from tests.faces.api.conftest import make_caller


pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


def conforms(document, path, method, answer):
    """The answer's body against the schema that the document gives for its status."""
    told = document["paths"][path][method]["responses"][str(answer.status_code)]
    kind = answer["Content-Type"].split(";")[0]
    schema = {"components": document["components"], **told["content"][kind]["schema"]}
    Draft202012Validator(schema).validate(json.loads(answer.content))


def test_the_document_is_openapi_31(document):
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_operation_documents_its_errors(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            assert {"401", "422", "429", "500"} <= set(responses), path
            assert ("404" in responses) == ("{" in path), path
            if method == "patch":
                assert {"409", "412", "428"} <= set(responses)
            assert operation["summary"]


def test_live_answers_match_the_document(bodies, bureau, street, anonymous, document):
    pk = bodies[0].pk
    one = "/api/v1/organisations/{pk}"
    for caller in (bureau, street, anonymous):
        conforms(document, "/api/v1/organisations", "get", caller.get("/organisations"))
        conforms(document, one, "get", caller.get(f"/organisations/{pk}"))
        conforms(document, one, "get", caller.get("/organisations/999999999"))
        conforms(document, "/api/v1/nodes", "get", caller.get("/nodes"))
        conforms(document, "/api/v1/nodes/{pk}", "get", caller.get(f"/nodes/{bodies[0].street_id}"))
        conforms(document, "/api/v1/indicators", "get", caller.get("/indicators"))
        figure = caller.get("/indicators/registry.filed", {"by": "street"})
        conforms(document, "/api/v1/indicators/{code}", "get", figure)
        rows = caller.get("/indicators/registry.filed/rows")
        conforms(document, "/api/v1/indicators/{code}/rows", "get", rows)
        conforms(document, "/api/v1/me", "get", caller.get("/me"))
    conforms(document, "/api/v1/organisations", "get", bureau.get("/organisations", {"limit": 0}))
    tag = bureau.get(f"/organisations/{pk}")["ETag"]
    conforms(document, one, "patch", bureau.patch(f"/organisations/{pk}", {"address": "甲"}))
    changed = bureau.patch(f"/organisations/{pk}", {"address": "甲"}, **{"If-Match": tag})
    conforms(document, one, "patch", changed)
    new = {"kind": "BA", "name": "新队", "place": bodies[0].street_id}
    conforms(document, "/api/v1/organisations", "post", bureau.post("/organisations", new))
    conforms(document, "/api/v1/organisations", "post", anonymous.post("/organisations", new))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/none",
        "/api/v1/",
        "/api/v1/organisations/",
        "/api/v1/organisations/x",
        "/api/v2/organisations",
        "/api/",
    ],
)
def test_unknown_paths_answer_as_problems(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["instance"] == path


@pytest.mark.parametrize("method", ["put", "delete", "options", "trace"])
def test_wrong_methods_name_the_right_ones(client, method):
    answer = getattr(client, method)("/api/v1/organisations")
    assert answer.status_code == 405
    assert set(re.split(r",\s*", answer["Allow"])) == {"GET", "POST"}
    assert answer.json()["type"] == "/api/v1/docs#method-not-allowed"


def test_head_answers_as_get_without_a_body(bodies, client):
    answer = client.head("/api/v1/organisations")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_fault_of_ours_is_a_problem_too_and_tells_nothing(client, monkeypatch, caplog):
    def broken(*_args):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(organisations, "visible", broken)
    answer = client.get("/api/v1/organisations")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.content.decode()
    assert "secret inside" in caplog.text


def test_every_kind_of_problem_has_its_place_on_the_page(client):
    page = client.get("/api/v1/docs").content.decode()
    for kind in KINDS:
        assert f'id="{kind}"' in page
    assert "<script>" not in page


def test_the_page_tells_every_operation(client, document):
    page = client.get("/api/v1/docs").content.decode()
    for operations in document["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page


def test_the_document_is_not_sent_twice(client):
    tag = client.get("/api/v1/openapi.json")["ETag"]
    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_every_route_is_declared_and_needs_no_session():
    for route in urls.routes:
        assert route.callback.access == "api"
        assert route.callback.login_required is False


def test_a_signed_in_browser_may_read(bodies, district):
    make_caller("DCA", district.root, username="reader")
    browser = Client()
    browser.force_login(
        User.objects.get(username="reader"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert browser.get("/api/v1/me").json()["token"] is None
