from django.urls import path

from core.web import health, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("language/", views.language, name="language"),
    path("large/", views.large, name="large"),
    path("gallery/", views.gallery, name="gallery"),
    path("views/save/", views.save_view, name="save_view"),
    path("jobs/<uuid:uid>/", views.job, name="job"),
    path("jobs/<uuid:uid>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<uuid:uid>/file/", views.job_file, name="job_file"),
]
