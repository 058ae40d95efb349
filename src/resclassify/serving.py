"""The model as MLflow loads it: this file is the code that a logged model is made from, so nothing is pickled."""

from __future__ import annotations

from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from resclassify.model import load


class ThemeModel(PythonModel):  # type: ignore[misc]
    """Tags a table of clauses: column `text` in; `themes` (joined by spaces), `review` and one probability a theme out."""

    def load_context(self, context: PythonModelContext) -> None:
        self.model = load(context.artifacts["model"])

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        found = self.model.assess([str(text) for text in model_input["text"]])
        table = pd.DataFrame(found.probabilities, columns=[f"p_{theme}" for theme in self.model.themes])
        table.insert(
            0,
            "themes",
            [" ".join(t for t, is_tag in zip(self.model.themes, row, strict=True) if is_tag) for row in found.decided],
        )
        table.insert(1, "review", found.uncertain)
        return table


mlflow.models.set_model(ThemeModel())
