from django.urls import path

from changle.faces.portal.views import about, directory, home, open_data


app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("organisations/", directory.directory, name="directory"),
    path("organisations/<int:pk>/", directory.organisation, name="organisation"),
    path("places/", home.places, name="places"),
    path("places/<int:pk>/", home.place, name="place"),
    path("open-data/", open_data.open_data, name="open_data"),
    path("open-data/organisations.<slug:form>", open_data.download, name="download"),
    path("open-data/figures.csv", open_data.figures_csv, name="figures_csv"),
    path("open-data/catalog.jsonld", open_data.catalogue, name="catalogue"),
    path("feeds/organisations.atom", open_data.feed, name="feed"),
    path("feeds/streets/<int:pk>/organisations.atom", open_data.street_feed, name="street_feed"),
    path("about/", about.about, name="about"),
    path("privacy/", about.privacy, name="privacy"),
    path("robots.txt", open_data.robots, name="robots"),
    path("sitemap.xml", open_data.sitemap, name="sitemap"),
    path("sitemaps/places.xml", open_data.sitemap_places, name="sitemap_places"),
    path("sitemaps/organisations-<int:part>.xml", open_data.sitemap_part, name="sitemap_part"),
]
