from django.urls import path

from reviews import question_views, survey_views, views

app_name = "reviews"
urlpatterns = [
    path("product/<slug:slug>/review/", views.create, name="create"),
    path("reviews/<uuid:pk>/delete/", views.delete, name="delete"),
    path("reviews/<uuid:pk>/photo/", views.photo, name="photo"),
    path("product/<slug:slug>/question/", question_views.ask, name="ask"),
    path("questions/<uuid:pk>/answer/", question_views.answer, name="answer"),
    path("questions/<uuid:pk>/delete/", question_views.delete_question, name="question_delete"),
    path("answers/<uuid:pk>/delete/", question_views.delete_answer, name="answer_delete"),
    path("survey/<str:number>/<str:key>/", survey_views.survey, name="survey"),
    path("survey/<str:number>/<str:key>/thanks/", survey_views.thanks, name="survey_thanks"),
    path("survey/<str:number>/<str:key>/stop/", survey_views.stop, name="survey_stop"),
]
