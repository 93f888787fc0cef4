from changle.ground.registry.queries.classes import all_classes, class_items, seed_classes, translated


__all__ = ["all_classes", "class_items", "seed_classes", "translated"]
