from django.urls import URLPattern


app_name = "filing"
urlpatterns: list[URLPattern] = []
