from django.urls import URLPattern, URLResolver, path

from catalog import request_views, sitemaps, views

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("products/", views.product_list, name="product_list"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("product/<slug:slug>/", views.product, name="product"),
    path("product/<slug:slug>/notify/", request_views.notify, name="notify"),
    path("back-in-stock/<str:token>/", request_views.stock_request, name="stock_request"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemaps.file, name="sitemap_file"),
    path("robots.txt", sitemaps.robots, name="robots"),
]
