from changle.ground.territory.queries import verbs


verbs.update(
    {
        "offer": "发布资源", "ask": "发布需求", "reserve": "预约使用", "add_partner": "登记共建单位",
        "change_partner": "修改共建单位", "receive": "接收实物捐赠", "void": "作废", "hand_out": "发放",
        "start_emergency": "启动应急响应", "end_emergency": "结束应急响应", "disclose": "公布捐赠与去向",
        "change_offer": "修改资源", "change_request": "修改需求",
    }
)  # fmt: skip
