"""Whether somebody who is about to be entered is there already."""

from dataclasses import dataclass

from changle.core.reach import Actor
from changle.core.sealed import blind_index, mask_phone
from changle.ground.people.models import Person, Post
from changle.ground.territory.roles import Permission


@dataclass(frozen=True)
class Namesake:
    """Somebody of the same name and phone, with what lets a clerk recognise them."""

    pk: int
    name: str
    phone: str  # masked
    posts: str


def by_number(number: str) -> Person | None:
    """The one person who bears an identity number."""
    index = blind_index(Person.id_index, number)
    return Person.objects.filter(id_index=index, merged_into__isnull=True).first()


def namesakes(actor: Actor, name: str, phone: str, *, besides: int | None = None) -> list[Namesake]:
    """People of the same name and phone in bodies whose people one may change.

    Who lies wholly outside one's reach is not proposed: the proposal would tell that they exist.
    """
    if not phone:
        return []
    rows = actor.rows(Post, Permission.PEOPLE_EDIT).filter(
        person__name=name, person__phone=phone, person__merged_into__isnull=True
    )
    if besides is not None:
        rows = rows.exclude(person_id=besides)
    told: dict[int, list[Post]] = {}
    for post in rows.select_related("person", "organisation").order_by("person_id", "starts_on"):
        told.setdefault(post.person_id, []).append(post)
    return [
        Namesake(
            pk,
            posts[0].person.name,
            mask_phone(posts[0].person.phone),
            "；".join(f"{post.organisation.name} {post.label}" for post in posts[:5]),
        )
        for pk, posts in told.items()
    ]
