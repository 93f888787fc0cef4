from django.urls import path

from changle.services.leases.views import plans, stays


app_name = "leases"
ONE = "desk/leases/<int:pk>/"
urlpatterns = [
    path("desk/leases/", stays.leases, name="leases"),
    path(ONE, stays.lease, name="lease"),
    path(f"{ONE}allot/", stays.allotting, name="allot"),
    path(f"{ONE}hand-over/", stays.handing_over, name="hand_over"),
    path(f"{ONE}hand-back/", stays.handing_back, name="hand_back"),
    path(f"{ONE}terminate/", stays.terminating, name="terminate"),
    path(f"{ONE}renew/", stays.renewing, name="renew"),
    path(f"{ONE}agreement.pdf", stays.agreement, name="agreement"),
    path(f"{ONE}move/<slug:name>/", stays.move, name="move"),
    path("desk/lease-plans/", plans.plans, name="plans"),
    path("desk/lease-plans/<int:pk>/", plans.plan, name="plan"),
    path("desk/lease-plans/<int:pk>/floors/add/", plans.floor_add, name="floor_add"),
    path("desk/lease-plans/<int:pk>/rule/", plans.rule, name="rule"),
    path("desk/lease-floors/<int:pk>/desks/add/", plans.desks_add, name="desks_add"),
    path("desk/lease-desks/<int:pk>/", plans.desk, name="desk"),
    path("desk/lease-desks/<int:pk>/retire/", plans.retiring, name="retire"),
    path("desk/organisations/<int:pk>/leases/", stays.organisation, name="organisation"),
    path("desk/organisations/<int:pk>/leases/ask/", stays.asking, name="ask"),
]
