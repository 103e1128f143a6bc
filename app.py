"""Launcher only: one port for the screens, the HTTP interface and the health check. Screens begin in ui/main.py."""

import streamlit as st
from starlette.middleware import Middleware

from api.guard import LoopbackOnly, refuse_open_address
from api.host_config import NoDialogs
from api.lifespan import lifespan
from api.routes import routes_under

refuse_open_address()
app = st.App(
    "ui/main.py",
    routes=routes_under(st.get_option("server.baseUrlPath")),
    middleware=[Middleware(LoopbackOnly), Middleware(NoDialogs)],
    lifespan=lifespan,
)
