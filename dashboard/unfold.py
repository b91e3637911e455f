"""How the staff site looks. Imports nothing of Django, because settings import it.

Values that need a running Django are names of functions, which unfold calls for each request.
"""

UNFOLD = {
    "SITE_TITLE": "Alcove staff",
    "SITE_HEADER": "Alcove",
    "SITE_SUBHEADER": "Staff",
    "SITE_URL": "/",
    "SITE_ICON": {"light": "dashboard.branding.icon_light", "dark": "dashboard.branding.icon_dark"},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "dashboard.branding.icon_light"}],
    "STYLES": ["dashboard.branding.stylesheet"],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_LANGUAGES": False,
    "BORDER_RADIUS": "10px",
    "DASHBOARD_CALLBACK": "dashboard.home.fill_home",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "dashboard.navigation.sidebar",
    },
    # Chalk to Night, and Bottle. staff.css lightens the primary colour in the dark.
    "COLORS": {
        "base": {
            "50": "#F6F7F2",
            "100": "#ECEFE9",
            "200": "#DDE2DA",
            "300": "#C3CCC5",
            "400": "#A9BCB3",
            "500": "#5D736A",
            "600": "#4B615A",
            "700": "#324A42",
            "800": "#24362F",
            "900": "#15241F",
            "950": "#0D1815",
        },
        "primary": {
            "50": "#EEF5F2",
            "100": "#DCEAE4",
            "200": "#B8D3C9",
            "300": "#8AB6A8",
            "400": "#5FA08E",
            "500": "#2F7D6B",
            "600": "#10302A",
            "700": "#0E2A25",
            "800": "#0C2520",
            "900": "#0A1F1B",
            "950": "#071613",
        },
        "font": {
            "subtle-light": "#4B615A",
            "subtle-dark": "#A9BCB3",
            "default-light": "#3A5049",
            "default-dark": "#C9D6CF",
            "important-light": "#10302A",
            "important-dark": "#EDF2EA",
        },
    },
}
