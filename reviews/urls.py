from django.urls import path

from reviews import views

app_name = "reviews"
urlpatterns = [
    path("product/<slug:slug>/review/", views.create, name="create"),
    path("reviews/<uuid:pk>/delete/", views.delete, name="delete"),
    path("reviews/<uuid:pk>/photo/", views.photo, name="photo"),
]
