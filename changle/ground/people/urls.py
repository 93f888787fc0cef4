from django.urls import path

from changle.ground.people.views import papers, posts, roster


app_name = "people"
BODY = "desk/organisations/<int:pk>/"
POST = "desk/posts/<int:pk>/"
PAPER = "desk/papers/<int:pk>/"
urlpatterns = [
    path(f"{BODY}people/", roster.people, name="people"),
    path(f"{BODY}people/add/", posts.add, name="add"),
    path(f"{BODY}people/head/", posts.head, name="head"),
    path(f"{BODY}people/members/", roster.members, name="members"),
    path(f"{BODY}people/members.xlsx", roster.export, name="export"),
    path(f"{BODY}party/", roster.party, name="party"),
    path(f"{BODY}papers/", papers.papers, name="papers"),
    path(f"{BODY}papers/add/", papers.add, name="add_paper"),
    path(POST, posts.post, name="post"),
    path(f"{POST}edit/", posts.edit, name="edit"),
    path(f"{POST}person/", posts.person, name="person"),
    path(f"{POST}end/", posts.end, name="end"),
    path(f"{POST}number/", posts.number, name="number"),
    path(f"{POST}access/", posts.access, name="access"),
    path(f"{POST}merge/", posts.merge, name="merge"),
    path(f"{PAPER}edit/", papers.edit, name="edit_paper"),
    path(f"{PAPER}scan/", papers.scan, name="scan"),
    path(f"{PAPER}move/<str:name>/", papers.move, name="move_paper"),
]
