from django.urls import URLPattern, path

from changle.services.commons.views import loans, loans_desk


routes: list[URLPattern] = [
    path("desk/loans/", loans.loans, name="loans"),
    path("desk/loans/things/", loans.catalogue, name="loan_catalogue"),
    path("desk/loans/ask/<int:pk>/", loans.ask, name="ask_loan"),
    path("desk/loans/today/", loans_desk.boards, name="loan_boards"),
    path("desk/loans/today/<int:pk>/", loans_desk.board, name="loan_board"),
    path("desk/loans/rules/<int:pk>/", loans_desk.rule, name="loan_rule"),
    path("desk/loans/damages/<int:pk>/", loans_desk.damage, name="loan_damage"),
    path("desk/loans/damages/<int:pk>/<slug:name>/", loans_desk.settle, name="settle_loss"),
    path("desk/loans/<int:pk>/", loans.loan, name="loan"),
    path("desk/loans/<int:pk>/hand-over/", loans_desk.hand, name="hand_over_loan"),
    path("desk/loans/<int:pk>/witness/", loans_desk.witness, name="witness_loan"),
    path("desk/loans/<int:pk>/return/", loans_desk.give_back, name="return_loan"),
    path("desk/loans/<int:pk>/check/", loans_desk.check, name="check_loan"),
    path("desk/loans/<int:pk>/extend/", loans_desk.extend, name="extend_loan"),
    path("desk/loans/<int:pk>/slip/", loans_desk.slip, name="loan_slip"),
    path("desk/loans/<int:pk>/<slug:name>/", loans.move, name="move_loan"),
]
