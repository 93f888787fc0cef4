"""The open data described for catalogues of other places: DCAT 3 (W3C, 2024) as JSON-LD."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse


CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}  # fmt: skip
MEDIA = "https://www.iana.org/assignments/media-types/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def dcat(district: str, absolute: Callable[[str], str], today: date) -> dict[str, Any]:
    page = absolute(reverse("portal:open_data"))

    def file(name: str, media: str, *args: str) -> dict[str, Any]:
        address = absolute(reverse(name, args=args))
        return {
            "@type": "dcat:Distribution", "dcat:downloadURL": {"@id": address},
            "dcat:mediaType": {"@id": MEDIA + media}, "dct:license": {"@id": f"{page}#licence"},
        }  # fmt: skip

    def dataset(
        key: str, title: str, about: str, often: str, *files: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "@type": "dcat:Dataset", "@id": f"{page}#{key}", "dct:title": title,
            "dct:description": about, "dct:language": "zh", "dct:license": {"@id": f"{page}#licence"},
            "dct:accrualPeriodicity": {
                "@id": f"http://publications.europa.eu/resource/authority/frequency/{often}"},
            "dct:modified": today.isoformat(), "dcat:distribution": list(files),
        }  # fmt: skip

    api = {
        "@type": "dcat:DataService", "@id": absolute(reverse("api:docs")), "dct:title": "开放接口",
        "dcat:endpointURL": {"@id": absolute("/api/v1/")},
        "dcat:endpointDescription": {"@id": absolute("/api/v1/openapi.json")},
    }  # fmt: skip
    return {
        "@context": CONTEXT, "@type": "dcat:Catalog", "@id": page,
        "dct:title": f"{district}社会组织公开数据", "dct:language": "zh",
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": district},
        "dct:license": {"@id": f"{page}#licence"}, "dcat:service": [api],
        "dcat:dataset": [
            dataset("organisations", "组织公开名录", "依法登记的社会组织和已备案的社区社会组织的公开信息。", "CONT",
                    file("portal:download", "text/csv", "csv"), file("portal:download", XLSX, "xlsx")),
            dataset("figures", "社会组织数量", "各年末登记和备案的社会组织数，按街道；SDMX-CSV 1.0。", "CONT",
                    file("portal:figures_csv", "text/csv")),
            dataset("new", "新登记和备案的组织", "按日期的订阅。", "CONT",
                    file("portal:feed", "application/atom+xml")),
        ],
    }  # fmt: skip
