from django.urls import include, path

from changle.ground.accounts.views import door, joining, keys, me


ours = [
    path("sign-in/", door.sign_in, name="sign_in"),
    path("join/", joining.join_in, name="join"),
    path("demo/", door.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", door.sign_out, name="sign_out"),
    path("arrive/", door.arrive, name="arrive"),
    path("me/", me.me, name="me"),
    path("sessions/<int:pk>/end/", me.end_one_session, name="end_session"),
    path("sessions/end-others/", me.end_other_sessions, name="end_other_sessions"),
    path("password/", keys.change_password, name="password"),
]
# The names that the sign-in library looks for. What is not here does not exist: no sign-up of the
# library's, no mail, no password by mail.
librarys = [
    path("sign-in/", door.sign_in, name="account_login"),
    path("sign-in/code/", door.second_step, name="mfa_authenticate"),
    path("sign-out/", door.sign_out, name="account_logout"),
    path("closed/", door.closed, name="account_inactive"),
    path("again/", keys.password_again, name="account_reauthenticate"),
    path("again/code/", keys.code_again, name="mfa_reauthenticate"),
    path("password/", keys.change_password, name="account_change_password"),
    path("second-factor/", me.security, name="mfa_index"),
    path("second-factor/on/", keys.bind, name="mfa_activate_totp"),
    path("second-factor/off/", keys.unbind, name="mfa_deactivate_totp"),
    path("spare-codes/", keys.spare_codes, name="mfa_view_recovery_codes"),
    path("spare-codes/new/", keys.new_spare_codes, name="mfa_generate_recovery_codes"),
    path("spare-codes/file/", keys.spare_codes_file, name="mfa_download_recovery_codes"),
]
urlpatterns = [path("", include((ours, "accounts"))), *librarys]
