from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("files/<uuid:file_id>/", views.download, name="download"),
]
